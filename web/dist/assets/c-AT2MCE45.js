import{D as a,E as b,F as c}from"./c-GQ6ZYQZ6.js";import"./c-O5LRXAS2.js";import"./c-EXRRMHRU.js";export{b as Panel,c as default,a as words};
