import{a,b}from"./c-C6QM3S2I.js";import"./c-Z5G2RFHD.js";import"./c-Y6NKNAEH.js";import"./c-EZ7CHW63.js";export{b as Getting,a as rowsOf};
