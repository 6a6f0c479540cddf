import{B as a}from"./c-Y6NKNAEH.js";import"./c-EZ7CHW63.js";export{a as default};
