import{C as a}from"./c-GBXTQAFH.js";import"./c-GXBAW7RH.js";export{a as default};
