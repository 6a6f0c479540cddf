import{P as a}from"./c-SKEIQJGM.js";import"./c-IYSKNBVU.js";import"./c-NLP5E3GP.js";import"./c-JIGYNHIF.js";export{a as default};
