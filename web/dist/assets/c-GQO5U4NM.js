import{a}from"./c-UA3GV6NF.js";import"./c-AXXIPNP3.js";import"./c-GBXTQAFH.js";import"./c-X5SOGRU3.js";import"./c-JVODPJLR.js";import"./c-GXBAW7RH.js";export{a as ImportFile};
