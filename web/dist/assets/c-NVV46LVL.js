import{S as a}from"./c-FE3SVXHN.js";import"./c-DDAH5BKL.js";import"./c-O7MZ2O2J.js";export{a as default};
