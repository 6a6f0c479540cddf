import{b as a}from"./c-63V34M3A.js";import"./c-YSJHPSYM.js";import"./c-BBSZ5GZT.js";export{a as default};
