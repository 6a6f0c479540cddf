import{B as a}from"./c-K2CGQZ3P.js";import"./c-AALDQJZH.js";export{a as default};
