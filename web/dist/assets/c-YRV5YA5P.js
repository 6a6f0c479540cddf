import{f as a}from"./c-UG56OYYN.js";import"./c-X5B7TXLG.js";import"./c-X5SOGRU3.js";import"./c-ZKRSNTU6.js";import"./c-Q4A7TRVS.js";export{a as default};
