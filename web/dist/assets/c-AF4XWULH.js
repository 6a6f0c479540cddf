import{S as a}from"./c-MEV7BITM.js";import"./c-HQHM742F.js";import"./c-4UBFJILZ.js";export{a as default};
