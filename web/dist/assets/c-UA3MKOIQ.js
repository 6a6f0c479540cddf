import{b as a}from"./c-TALRIZOI.js";import"./c-4QN22TLY.js";import"./c-BBSZ5GZT.js";export{a as default};
