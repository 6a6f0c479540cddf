import{D as a,E as b,F as c}from"./c-PA7K52OH.js";import"./c-CNBPXJX2.js";import"./c-6BU4RKVE.js";export{b as Panel,c as default,a as words};
