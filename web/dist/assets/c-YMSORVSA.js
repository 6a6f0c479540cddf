import{D as a,E as b,F as c}from"./c-IDMSPQ7M.js";import"./c-NLP5E3GP.js";import"./c-JIGYNHIF.js";export{b as Panel,c as default,a as words};
