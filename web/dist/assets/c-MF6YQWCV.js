import{g as a}from"./c-DLXGVGOH.js";import"./c-Y6NKNAEH.js";import"./c-EZ7CHW63.js";export{a as default};
