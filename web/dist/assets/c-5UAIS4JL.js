import{P as a}from"./c-B3DANEHS.js";import"./c-PWCA3LHD.js";import"./c-6NTIJT5X.js";import"./c-GXBAW7RH.js";export{a as default};
