import{f as a}from"./c-AXXIPNP3.js";import"./c-GBXTQAFH.js";import"./c-X5SOGRU3.js";import"./c-JVODPJLR.js";import"./c-GXBAW7RH.js";export{a as default};
