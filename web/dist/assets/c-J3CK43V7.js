import{i as a}from"./c-HFONDJWQ.js";import"./c-7LPRCRH3.js";import"./c-B2YJDOLH.js";import"./c-X4WZKRKF.js";export{a as default};
