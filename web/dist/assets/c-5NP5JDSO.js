import{B as a}from"./c-4QN22TLY.js";import"./c-BBSZ5GZT.js";export{a as default};
