import{a}from"./c-2JFWNRJD.js";import"./c-63V34M3A.js";import"./c-YSJHPSYM.js";import"./c-BBSZ5GZT.js";export{a as Version};
