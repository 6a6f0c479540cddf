import{B as a}from"./c-YSJHPSYM.js";import"./c-BBSZ5GZT.js";export{a as default};
