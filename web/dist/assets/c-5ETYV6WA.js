import{B as a}from"./c-CHJUNMGR.js";import"./c-2SLJXRBT.js";export{a as default};
