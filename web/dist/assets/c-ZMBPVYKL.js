import{m as a}from"./c-YQUW22CO.js";import"./c-4UBFJILZ.js";export{a as default};
