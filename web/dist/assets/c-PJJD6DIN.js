import{C as a}from"./c-33EWE5BU.js";import"./c-JIGYNHIF.js";export{a as default};
