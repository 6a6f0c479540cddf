import{a}from"./c-2JFWNRJD.js";import"./c-7GMF3Y37.js";import"./c-YSJHPSYM.js";import"./c-BBSZ5GZT.js";export{a as Version};
