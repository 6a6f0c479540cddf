import{D as a,E as b,F as c}from"./c-EGNEZ5IB.js";import"./c-NFBVAQDO.js";import"./c-Q4A7TRVS.js";export{b as Panel,c as default,a as words};
