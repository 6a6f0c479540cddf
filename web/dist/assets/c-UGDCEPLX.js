import{B as a}from"./c-P4L773S3.js";import"./c-J2OOOELC.js";export{a as default};
