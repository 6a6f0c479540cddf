import{P as a}from"./c-UARUHQHF.js";import"./c-S4XSPVS7.js";import"./c-O5LRXAS2.js";import"./c-EXRRMHRU.js";export{a as default};
