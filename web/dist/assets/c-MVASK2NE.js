import{D as a,E as b,F as c}from"./c-2KCK6NAV.js";import"./c-DDAH5BKL.js";import"./c-O7MZ2O2J.js";export{b as Panel,c as default,a as words};
