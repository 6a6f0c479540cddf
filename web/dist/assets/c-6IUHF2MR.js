import{g as a}from"./c-7IBRLODT.js";import"./c-4QN22TLY.js";import"./c-BBSZ5GZT.js";export{a as default};
