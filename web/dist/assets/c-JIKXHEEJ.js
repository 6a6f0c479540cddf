import{a}from"./c-2XNQRYSU.js";import"./c-BGWM5D35.js";import"./c-X5SOGRU3.js";import"./c-UZQHJYBD.js";import"./c-FGKMVA5V.js";import"./c-K2CGQZ3P.js";import"./c-AALDQJZH.js";export{a as ImportFile};
