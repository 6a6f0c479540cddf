import{g as a}from"./c-NRLFG72K.js";import"./c-YSJHPSYM.js";import"./c-BBSZ5GZT.js";export{a as default};
