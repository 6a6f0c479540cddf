import{S as a}from"./c-X7GU7HQR.js";import"./c-CNBPXJX2.js";import"./c-6BU4RKVE.js";export{a as default};
