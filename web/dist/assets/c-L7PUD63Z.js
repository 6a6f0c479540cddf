import{P as a}from"./c-E25KWY2P.js";import"./c-URMWE2TA.js";import"./c-5TESHDOR.js";import"./c-AALDQJZH.js";export{a as default};
