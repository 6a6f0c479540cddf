import{a}from"./c-2JFWNRJD.js";import"./c-TALRIZOI.js";import"./c-4QN22TLY.js";import"./c-BBSZ5GZT.js";export{a as Version};
