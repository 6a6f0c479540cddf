import{a}from"./c-64YOVJ2X.js";import"./c-CHJUNMGR.js";import"./c-2SLJXRBT.js";export{a as default};
