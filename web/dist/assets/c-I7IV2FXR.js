import{a,b}from"./c-RQI2PEYL.js";import"./c-6PHDOEGB.js";import"./c-PAYI4MAB.js";import"./c-A7GKUKUZ.js";export{b as Getting,a as rowsOf};
