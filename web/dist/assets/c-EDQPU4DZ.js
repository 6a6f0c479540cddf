import{g as a}from"./c-EDQJGSEA.js";import"./c-PAYI4MAB.js";import"./c-A7GKUKUZ.js";export{a as default};
