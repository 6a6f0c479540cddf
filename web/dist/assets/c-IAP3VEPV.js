import{S as a}from"./c-FJ7THS37.js";import"./c-NFBVAQDO.js";import"./c-Q4A7TRVS.js";export{a as default};
