import{i as a}from"./c-X5B7TXLG.js";import"./c-Q4A7TRVS.js";export{a as default};
