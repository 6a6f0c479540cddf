import{g as a}from"./c-KOP5CZOF.js";import"./c-CHJUNMGR.js";import"./c-2SLJXRBT.js";export{a as default};
