import{b as a}from"./c-Z5G2RFHD.js";import"./c-Y6NKNAEH.js";import"./c-EZ7CHW63.js";export{a as default};
