import{a,b}from"./c-F5FTWZ36.js";import"./c-63V34M3A.js";import"./c-YSJHPSYM.js";import"./c-BBSZ5GZT.js";export{b as Getting,a as rowsOf};
