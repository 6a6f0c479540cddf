import{a,b}from"./c-F5FTWZ36.js";import"./c-TALRIZOI.js";import"./c-4QN22TLY.js";import"./c-BBSZ5GZT.js";export{b as Getting,a as rowsOf};
