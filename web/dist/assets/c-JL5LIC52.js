import{D as a,E as b,F as c}from"./c-HR7SWHLL.js";import"./c-6NTIJT5X.js";import"./c-GXBAW7RH.js";export{b as Panel,c as default,a as words};
