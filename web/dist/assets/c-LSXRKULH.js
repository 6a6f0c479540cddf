import{C as a}from"./c-RKGZEJRR.js";import"./c-EXRRMHRU.js";export{a as default};
