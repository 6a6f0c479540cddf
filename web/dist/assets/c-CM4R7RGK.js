import{g as a}from"./c-5JLEKGAF.js";import"./c-P4L773S3.js";import"./c-J2OOOELC.js";export{a as default};
