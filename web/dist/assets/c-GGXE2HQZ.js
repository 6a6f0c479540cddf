import{Q as a}from"./c-FZKVRY7S.js";import"./c-SNCHU4XM.js";import"./c-AFGLU74G.js";import"./c-XY4224UY.js";import"./c-LFJYV7KI.js";import"./c-2SLJXRBT.js";export{a as default};
