import{a}from"./c-UUMMYCCJ.js";import"./c-6PHDOEGB.js";import"./c-PAYI4MAB.js";import"./c-A7GKUKUZ.js";export{a as Version};
