import{i as a}from"./c-A7YCCTWM.js";import"./c-6BU4RKVE.js";export{a as default};
