import{B as a}from"./c-PAYI4MAB.js";import"./c-A7GKUKUZ.js";export{a as default};
