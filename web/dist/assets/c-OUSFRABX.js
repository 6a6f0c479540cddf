import{a,b}from"./c-F5FTWZ36.js";import"./c-7GMF3Y37.js";import"./c-YSJHPSYM.js";import"./c-BBSZ5GZT.js";export{b as Getting,a as rowsOf};
