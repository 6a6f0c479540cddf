import{D as a,E as b,F as c}from"./c-34J5OTLX.js";import"./c-HQHM742F.js";import"./c-4UBFJILZ.js";export{b as Panel,c as default,a as words};
