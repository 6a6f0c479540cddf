import{D as a,E as b,F as c}from"./c-Y6QHABHW.js";import"./c-URMWE2TA.js";import"./c-AALDQJZH.js";export{b as Panel,c as default,a as words};
