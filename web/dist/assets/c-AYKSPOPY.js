import{b as a}from"./c-7GMF3Y37.js";import"./c-YSJHPSYM.js";import"./c-BBSZ5GZT.js";export{a as default};
