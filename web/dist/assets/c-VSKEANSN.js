import{a}from"./c-2ROBY22J.js";import"./c-P4L773S3.js";import"./c-J2OOOELC.js";export{a as default};
