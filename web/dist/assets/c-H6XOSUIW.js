import{g as a}from"./c-AMDQHXRP.js";import"./c-YSJHPSYM.js";import"./c-BBSZ5GZT.js";export{a as default};
