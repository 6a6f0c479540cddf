import{a}from"./c-EEDDUVOH.js";import"./c-NJYZYN5Z.js";import"./c-A7YCCTWM.js";import"./c-X5SOGRU3.js";import"./c-F72SIGAX.js";import"./c-6BU4RKVE.js";export{a as InviteLink};
