import{C as a,D as b,E as c}from"./c-WGV7ERYJ.js";import"./c-NFBVAQDO.js";import"./c-Q4A7TRVS.js";export{b as Panel,c as default,a as words};
